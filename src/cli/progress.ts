import { Presets, SingleBar } from 'cli-progress';

/** A bar on the standard error, where somebody is looking at it. */
export class ProgressBar {
  private bar: SingleBar | null = null;

  constructor(private readonly what: string) {}

  show(done: number, total: number): void {
    if (!process.stderr.isTTY) return;
    if (!this.bar) {
      const format = `{bar} {percentage} % {value}/{total} ${this.what}`;
      this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_grey);
      this.bar.start(total, done);
    }
    this.bar.setTotal(total);
    this.bar.update(done);
  }

  end(): void {
    this.bar?.stop();
  }
}
