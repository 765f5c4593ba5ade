import { int } from '../../schema/schema'

/** `classes` of every head; with 0 the pooled features come out, for other tasks. */
export const classesField = () =>
  int({ label: 'Classes', help: '0 gives the features themselves.', default: 1000, min: 0, max: 100000 })

export const headSubtitle = ({ classes }: { readonly classes: number }): string =>
  classes === 0 ? 'features' : `${classes} classes`
