import { problemInWords } from '../outreach/campaign/problem-words.js';
import type { CampaignProblem as Problem } from '../outreach/campaign/problem.js';
import { variantsOf, type Definition, type Step } from '../outreach/campaign/steps.js';
import { CampaignProblem } from '../schema/campaign-life.schema.js';
import {
  CampaignStep,
  CampaignSteps,
  StepVariant,
  type CampaignStepInput,
  type StepVariantInput,
} from '../schema/campaign-steps.schema.js';
import type { SetCampaignStepsInput } from '../schema/campaign.input.js';
import { fill } from '../schema/fill.js';

/** From the steps of a campaign to the schema, and back. */

/** What ends a way, where a step would be named. */
const END = 'END';

export function showSteps({ steps, stopOnReply }: Definition, version: number): CampaignSteps {
  return fill(CampaignSteps, { version, stopOnReply, steps: steps.map(showStep) });
}

function showStep(step: Step): CampaignStep {
  const isBranch = step.kind === 'BRANCH';
  return fill(CampaignStep, {
    ...{ key: step.key, kind: step.kind },
    delayMinutes: isBranch ? step.waitMinutes : step.delayMinutes,
    action: step.kind === 'ENGAGE' ? step.action : null,
    variants: variantsOf(step).map((variant) => fill(StepVariant, { ...variant })),
    condition: isBranch ? step.condition.kind : null,
    degrees: isBranch ? [...new Set(step.condition.degrees)] : [],
    next: isBranch ? step.then : step.next,
    otherwise: isBranch ? step.otherwise : null,
  });
}

export function readDefinition({ steps, stopOnReply }: SetCampaignStepsInput): Definition {
  return {
    v: 1,
    stopOnReply: stopOnReply ?? true,
    steps: steps.map((step, index) => readStep(step, steps[index + 1]?.key ?? null)),
  };
}

function readStep(input: CampaignStepInput, following: string | null): Step {
  const { key, kind } = input;
  const next = input.next === END ? null : (input.next ?? following);
  const delayMinutes = input.delayMinutes ?? 0;
  switch (kind) {
    case 'ENGAGE':
      return { kind, key, delayMinutes, next, action: input.action ?? 'PROFILE_VIEW' };
    case 'WAIT':
      return { kind, key, delayMinutes, next };
    case 'BRANCH': {
      const otherwise = input.otherwise === END ? null : (input.otherwise ?? null);
      const condition = { kind: input.condition ?? 'ACCEPTED', degrees: [...new Set(input.degrees)] };
      return { kind, key, waitMinutes: delayMinutes, then: next, otherwise, condition };
    }
    default:
      return { kind, key, delayMinutes, next, variants: (input.variants ?? []).map(readVariant) };
  }
}

function readVariant({ key, weight, subject, body }: StepVariantInput) {
  return { key, weight: weight ?? 1, subject: subject ?? null, body };
}

export function showProblem(problem: Problem): CampaignProblem {
  const { code, severity, path } = problem;
  return fill(CampaignProblem, { code, severity, path, message: problemInWords(problem) });
}
