import type { SourcedShape } from '../tool-shape.js';
import { HEYREACH } from './heyreach.js';
import { SALESFLOW } from './salesflow.js';
import { UNIPILE } from './unipile.js';

/** The tools whose events are known. */
export const TOOL_SHAPES: Readonly<Record<'HEYREACH' | 'SALESFLOW' | 'UNIPILE', SourcedShape>> = {
  HEYREACH,
  SALESFLOW,
  UNIPILE,
};
