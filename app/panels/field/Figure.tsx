/** A name and its number in a list of them. */
export const Figure = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div>
    <dt className="muted">{name}</dt>
    <dd>{value}</dd>
  </div>
)
