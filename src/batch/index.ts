// Batches of pictures, on Node: what `sepconv batch` is made of.
export { SepconvError } from '../core/errors.js';
export {
  type FilterPicturesOptions,
  filterPictures,
  type PictureOutcome,
  type PictureSource,
} from './filter-pictures.js';
export type { PictureItem } from './process-picture.js';
