/** Vite gives the address of a file for this. */
declare module '*?url' {
  const address: string
  export default address
}
