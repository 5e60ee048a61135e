/** The process's own clock, in the place of which time passes only where a test says so, and is all busy. */
export class ClockOfWork {
  private readonly mocks: jest.SpyInstance[];

  private constructor(private nowMs: number) {
    this.mocks = [
      jest.spyOn(performance, 'now').mockImplementation(() => this.nowMs),
      jest
        .spyOn(performance, 'eventLoopUtilization')
        .mockImplementation(() => ({ active: this.nowMs, idle: 0, utilization: 1 })),
    ];
  }

  /** From the time that it is: what was counted before goes on from there. */
  static start(): ClockOfWork {
    return new ClockOfWork(performance.now());
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }

  stop(): void {
    for (const mock of this.mocks) mock.mockRestore();
  }
}
