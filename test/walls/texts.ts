import { randomUUID } from 'node:crypto';

/** The texts of a territory. Each holds its `canary`, a word that is nowhere else. */
export class Texts {
  readonly canary = `canary${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  /** What was said of what is kept, by the name of the field that it was said in. */
  readonly said = new Map<string, string[]>();
  private counted = 0;

  /** A text that nothing else has. */
  text(): string {
    return `${this.canary}x${(this.counted += 1)}`;
  }

  profileUrl(): string {
    return `https://www.linkedin.com/in/${this.text()}`;
  }

  /** Texts that will be kept, by the names of their fields. */
  protected say<Name extends string>(...names: Name[]): Record<Name, string> {
    const texts = names.map((name) => {
      const text = this.textOf(name);
      this.said.set(name, [...(this.said.get(name) ?? []), text]);
      return [name, text] as const;
    });
    return Object.fromEntries(texts) as Record<Name, string>;
  }

  private textOf(name: string): string {
    if (/profileUrl/i.test(name)) return this.profileUrl();
    if (name === 'url') return `https://${this.text()}.example/`;
    if (/domain/i.test(name)) return `${this.text()}.example`;
    return name === 'email' ? `${this.text()}@example.com` : this.text();
  }
}
