/** Asked between steps of long work; true means that nobody waits for the answer any more. */
export type IsCancelled = () => boolean

export const never: IsCancelled = () => false

/** Thrown where work stops because it was cancelled. Not a failure: nobody is told. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
  constructor() {
    super('cancelled')
  }
}

export function stopIf(isCancelled: IsCancelled): void {
  if (isCancelled()) throw new Cancelled()
}
