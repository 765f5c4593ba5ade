export { findModule } from '../modules/known'
