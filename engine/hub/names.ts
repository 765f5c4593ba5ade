/**
 * What timm's weights are called on the model hub: timm's name of the architecture, then the tag that says who trained it on
 * what. The addresses are fixed here: nothing in a design, a link or an answer of the hub leads anywhere else.
 */

export const hubHost = 'huggingface.co'
const hubAddress = `https://${hubHost}`

export const weightsFile = 'model.safetensors'

/** `vit_small_patch8_224.dino`, or without a tag. */
export const isHubName = (name: string): boolean =>
  name.length <= 100 && /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)?$/.test(name)

/** What people may write for it: with timm's owner or prefix, spaces around. */
export const hubNameFrom = (text: string): string =>
  text
    .trim()
    .replace(/^hf[-_]hub:/, '')
    .replace(/^timm\//, '')

/** Where the hub tells about a model, with sizes and checksums of its files. */
export const aboutAddress = (name: string, hub = hubAddress): string =>
  `${hub}/api/models/timm/${name}?blobs=true`

/** One version of a file: its content never changes. */
export const fileAddress = (
  { name, revision }: { readonly name: string; readonly revision: string },
  hub = hubAddress,
): string => `${hub}/timm/${name}/resolve/${revision}/${weightsFile}`

/** The page that people can download the file from by hand. */
export const pageAddress = (name: string): string => `${hubAddress}/timm/${name}/tree/main`
