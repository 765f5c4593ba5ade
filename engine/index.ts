/** The engine's door: all that the page needs from the first moment on. */
export { type AttentionLayer, nowhere, type Places, padding, type Scores } from './analysis/attention/layer'
export { maskedKeys } from './analysis/attention/masked'
export {
  cellOf,
  keysAt,
  type LaidRow,
  laidOut,
  membersOf,
  type Place,
  placeAt,
  type RowIndex,
  rowsAt,
  tokenCount,
} from './analysis/attention/places'
export { readersOf } from './analysis/attention/readers'
export { type Rollout, type RolloutOptions, rollout } from './analysis/attention/rollout'
export {
  attentionColumn,
  attentionRow,
  type HeadMerge,
  isMasked,
  mostOfMass,
} from './analysis/attention/row'
export { headStatistics, type RowStatistics, rowStatistics } from './analysis/attention/statistics'
export type { Cost, Macs } from './analysis/costs'
export {
  type ContributionMap,
  levelHolding,
  logarithmic,
  sideHolding,
  smoothed,
} from './analysis/fieldMass'
export { type DepthField, fieldsByDepth } from './analysis/fieldsByDepth'
export type { Side } from './analysis/foreground'
export { type Misalignment, misalignments } from './analysis/misaligned'
export { type MixingSide, mixingSide } from './analysis/mixingSides'
export {
  type AxisField,
  type Box,
  exactBox,
  fieldBox,
  isEverywhere,
  type ReceptiveField,
  receptiveField,
} from './analysis/receptiveField'
export type { Memory, NodeCost } from './analysis/summary'
export { type ChannelSummary, tokenSimilarity } from './analysis/tokens'
export { scoreColours, scoreRanges } from './analysis/valueRange'
export { type Analysis, analyze, type LayerRow, type Totals } from './analyze'
export {
  bodyOf,
  findBody,
  findNode,
  lastId,
  type NodePath,
  parentPath,
  pathOf,
  pathText,
} from './document/address'
export {
  copyNodes,
  duplicateNodes,
  type Fragment,
  pasteNodes,
  serializeFragment,
} from './document/clipboard'
export { deepEqual } from './document/deepEqual'
export { findModule } from './document/findModule'
export { forgetPositions } from './document/forgetPositions'
export { groupNodes, makeShared, makeUnique, splitRepeat, ungroup, useShared } from './document/groups'
export { instanceName } from './document/instances'
export {
  addAfter,
  addNode,
  type Edited,
  insertOnEdge,
  moveNodes,
  type NewNode,
  removeNodes,
  rename,
  replaceModule,
  setAttributes,
  setBypassed,
  setFrozen,
  setInput,
  setKey,
  setName,
  setRepeat,
} from './document/nodes'
export { clearOverride, setOverride } from './document/overrides'
export { emptyDocument, serializeDocument } from './document/serialize'
export {
  DOCUMENT_VERSION,
  type Document,
  type DocumentNode,
  type Edge,
  type GraphBody,
  type GroupNode,
  IN,
  type ModuleNode,
  type NodeOverride,
  OUT,
  type Position,
} from './document/types'
export { connect, disconnect, freePort, inputCount, nodeTitle, wiringProblem } from './document/wiring'
export * from './errors'
export { elements, type Graph, type Grid, printShape, type Shape, sameShape } from './graph/graph'
export type * from './hub/protocol'
export { mostPixels, type PictureHeader, pictureSize } from './image/pictureSize'
export {
  type EvalSteps,
  type EvalTransform,
  evalSteps,
  normalize,
  type PreprocessOptions,
  preprocess,
  seenPixels,
} from './image/preprocess'
export { type Probe, type ProbeKind, probeImage, probeKinds, probes, probeTitle } from './image/probes'
export type { PictureSize, Rectangle } from './image/resize'
export { connectionProblem } from './lower/connectionProblem'
export type { Diagnostic, DiagnosticCode, Fix, Severity } from './lower/diagnostics'
export { lower } from './lower/lower'
export type { Lowered, NodeFacts, NodeStatus } from './lower/lowered'
export { firstModules } from './modules/first'
export type { MixerFamily, ModuleDefinition, ModuleKind, Paper, ReadingPattern } from './modules/module'
export { firstPreset } from './presets/first'
export { type Preprocessing, usualPreprocessing } from './presets/preprocessing'
export type { Preset } from './presets/preset'
export {
  type Attributes,
  type AttributeValue,
  type ChoiceField,
  completeAttributes,
  type Field,
  type FlagField,
  fieldProblem,
  type IntField,
  type NumberField,
  type Schema,
  type SlotField,
  type SlotValue,
  slotAttributes,
  slotModule,
} from './schema/schema'
export type { WeightReport } from './weights/matchWeights'
export type { PositionWay } from './weights/resampleTables'
export type { ClassGuess } from './weights/topClasses'
export type * from './worker/protocol'
export type * from './worker/questions'
