import { leaveToOthers } from '../../event-loop.js';

/** Fields that an operation is shown in one go: some tens of milliseconds of a process. */
export const FIELDS_AT_ONCE = 5_000;

/** Shows the lists of one long answer one after the other, and gives everybody else a turn in between. */
export class AnswerPace {
  private last = Promise.resolve();
  private shown = 0;

  /** Once a list of so many fields may be shown. `whose`: the agency that is answered. */
  show(fields: number, whose?: string): Promise<void> {
    this.last = this.last.then(async () => {
      this.shown += fields;
      if (this.shown < FIELDS_AT_ONCE) return;
      this.shown = 0;
      await leaveToOthers(whose);
    });
    return this.last;
  }
}
