import { randomUUID } from 'node:crypto';
import { type IdKind, toId } from '../../src/schema/ids.js';
import type { Json } from '../support/api.js';
import { type Attacker, isComparable, isOfAgency, nameOf, nobodys, textNameOf } from './attacker.js';
import { type Asked, type Place, placesOf } from './places.js';
import type { Territory } from './territory.js';
import { idKindOf, valueAt, withValue } from './values.js';
import {
  type Answer,
  idsIn,
  isDone,
  OWN_WORD,
  plain,
  type Sent,
  type Walker,
  withoutNumbers,
} from './walk.js';

/** What the owner of the attacked territory would send, made before the attack. */
interface Prepared {
  readonly place: Place;
  readonly sent: Sent;
}

/** How often more is said before it is given up. */
const ROUNDS_MAX = 50;
/** As many as fit into one operation. */
const NODES_AT_ONCE = 5;

/** A question with what is theirs in it, and the same with what is nobody's. */
interface Pair {
  readonly said: Sent;
  readonly other: Sent;
  /** The two texts, where these are what differs. */
  readonly texts?: readonly string[];
}

/** Asks of one territory whatever the schema lets be asked. What is not as it should be is told by findings. */
export class Attack {
  readonly findings: string[] = [];
  /** How many answers were compared, by the kind of place. */
  readonly probes: Record<string, number> = {};
  /** The places at which answers were compared. */
  readonly compared = new Set<Place>();
  readonly places: readonly Place[];
  private prepared: Prepared[] = [];
  private readonly withAll: { readonly besides: readonly Place[]; readonly sent: Sent }[] = [];
  private theirIds: ReadonlySet<string> = new Set();
  private readonly cursors = new Map<string, string>();
  /** Each text is said once: an attacker has it from then on. */
  private readonly textsUsed = new Map<string, number>();
  /** What attackers say of their own at a place: it is refused, so it serves them all. */
  private readonly owns = new Map<Place, Promise<Sent>>();

  constructor(
    private readonly walker: Walker,
    readonly asked: readonly Asked[],
    private readonly theirs: Territory,
  ) {
    this.places = this.asked.flatMap(placesOf);
  }

  /** Makes what the owner could ask for at each place of an id, and reads what there is to be found. */
  async prepare(kinds: readonly IdKind[]): Promise<void> {
    for (const kind of kinds) await this.theirs.take(kind);
    for (const place of this.places.filter(({ kind }) => kind === 'ID')) {
      this.prepared.push({ place, sent: await this.walker.sentBy(this.theirs, place.asked, [place]) });
    }
    for (const place of this.places.filter(({ kind }) => kind === 'CURSOR')) {
      const sent = await this.walker.sentBy(this.theirs, place.asked);
      const page = { ...sent, values: { ...sent.values, first: 1 } };
      const { data } = await this.walker.ask(this.theirs.key, page);
      const [, cursor] = /"endCursor":"([\w-]+)"/.exec(JSON.stringify(data)) ?? [];
      if (cursor !== undefined) this.cursors.set(place.asked.name, cursor);
    }
    for (const asked of this.asked) {
      const besides = placesOf(asked).filter(({ kind }) => kind === 'PLAIN');
      const sent = await this.walker.sentBy(this.theirs, asked, besides);
      if (besides.length > 0 && idsIn([sent.values, sent.root]).size > 0)
        this.withAll.push({ besides, sent });
    }
    await this.sayEnough(kinds);
    this.theirIds = idsIn([...this.theirs.ids.values()]);
  }

  get listsWithCursors(): readonly string[] {
    return [...this.cursors.keys()];
  }

  /** Ids of theirs at every place: of every kind where several are taken or `isThorough`, of the right one otherwise. */
  async tryIds(attacker: Attacker, isThorough: boolean): Promise<void> {
    for (const { place, sent } of this.prepared) {
      const { path } = place;
      const own = await this.ownAt(attacker, place);
      const takesSeveral = place.name === 'node.id' || place.name.endsWith('.scopeId');
      const kinds = isThorough || takesSeveral ? [...this.theirs.ids.keys()] : [idKindOf(place)];
      const ids = [valueAt(sent.values, path), ...kinds.map((kind) => this.theirs.ids.get(kind)?.[0])];
      // One's own agency is nobody else's.
      const foreign = [...new Set<string>(ids)].filter((id) => !isOfAgency(attacker, id));
      const pairs = foreign.map((id): Pair => {
        const kind = id.slice(0, id.indexOf('_')) as IdKind;
        const at = (value: string): Sent => ({ ...own, values: withValue(own.values, path, value) });
        return { said: at(id), other: at(toId(kind, randomUUID())) };
      });
      // All of it as its owner would send it.
      if (!attacker.isOfSameAgency) pairs.push({ said: sent, other: nobodys(sent) });
      await this.compare(attacker, place, pairs);
    }
  }

  /** The same with all that may be said besides. */
  async tryEverythingElse(attacker: Attacker): Promise<void> {
    for (const { besides, sent } of this.withAll) {
      for (const place of besides) this.count(place);
      await this.compare(attacker, besides[0]!, [{ said: sent, other: nobodys(sent) }]);
    }
  }

  /** Texts of theirs, and keys of their attempts: whatever is found by them is the caller's own. */
  async tryTexts(attacker: Attacker): Promise<void> {
    for (const place of this.places) {
      if (place.kind !== 'TEXT' && place.kind !== 'KEY') continue;
      const name = textNameOf(place);
      const text = this.textFor(name);
      const nobodys = text.replaceAll(this.theirs.canary, `canary${randomUUID().slice(24)}`);
      const pair = {
        said: await this.saying(attacker, place, text),
        other: await this.saying(attacker, place, nobodys),
        texts: [text, nobodys],
      };
      await this.compare(attacker, place, [pair]);
    }
  }

  /** What their owner was told of the lists: it opens nothing of anybody else's. */
  async tryCursors(attacker: Attacker): Promise<void> {
    for (const place of this.places.filter(({ kind }) => kind === 'CURSOR')) {
      const cursor = this.cursors.get(place.asked.name);
      if (cursor === undefined) continue;
      const madeUp = `${cursor.slice(0, -4)}${cursor.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
      const said = await this.saying(attacker, place, cursor);
      const other = await this.saying(attacker, place, madeUp);
      await this.compare(attacker, place, [{ said, other }]);
    }
  }

  /** Whatever is told to somebody who asks for nothing in particular. */
  async lookAround(attacker: Attacker): Promise<void> {
    const queries = this.asked.filter(({ operation }) => operation === 'query');
    await attacker.own.eventful();
    const sents = await Promise.all(
      queries.map(async (asked): Promise<Sent> => {
        const [place] = placesOf(asked);
        const own = await (place ? this.ownAt(attacker, place) : this.walker.sentBy(attacker.own, asked));
        return { ...own, levels: 2 };
      }),
    );
    const answers = await this.walker.askMany(attacker.key, sents);
    for (const [index, answer] of answers.entries()) {
      const sent = sents[index];
      if (!sent) continue;
      this.probes.LOOK = (this.probes.LOOK ?? 0) + 1;
      this.tellFor(attacker, sent.asked.name, answer, sent);
    }
  }

  /** All that the agency's owner is told of the things that are theirs. */
  async everythingOfTheirs(node: Asked): Promise<string[]> {
    const sents = [...this.theirIds].map((id): Sent => {
      return { asked: node, root: {}, values: { id }, levels: 1 };
    });
    const answers: string[] = [];
    for (let start = 0; start < sents.length; start += NODES_AT_ONCE) {
      const some = sents.slice(start, start + NODES_AT_ONCE);
      answers.push(...(await this.walker.askMany(this.theirs.key, some)).map((answer) => plain(answer)));
    }
    return answers;
  }

  /** The owner may do with it what nobody else could: a refusal was the wall, and not a wrong input. */
  async proveInputs(): Promise<string[]> {
    const refused: string[] = [];
    for (const { place, sent } of this.prepared) {
      const answer = await this.walker.ask(this.theirs.key, sent);
      const told = plain(answer);
      const isNothing =
        sent.asked.operation === 'query' &&
        told === plain(await this.walker.ask(this.theirs.key, nobodys(sent)));
      if (!isDone(sent, answer) || isNothing) refused.push(`${nameOf(place)}: ${told.slice(0, 500)}`);
    }
    return refused;
  }

  private ownAt(attacker: Attacker, place: Place): Promise<Sent> {
    const made = this.owns.get(place) ?? this.walker.sentBy(attacker.own, place.asked, [place]);
    this.owns.set(place, made);
    return made;
  }

  /** As many texts as will be tried: what is made later would look as if the attack had made it. */
  private async sayEnough(kinds: readonly IdKind[]): Promise<void> {
    const needed = new Map<string, number>();
    for (const place of this.places.filter(({ kind }) => kind === 'TEXT' || kind === 'KEY')) {
      const name = this.saidAs(textNameOf(place));
      needed.set(name, (needed.get(name) ?? 0) + 1);
    }
    const isEnough = (): boolean =>
      [...needed].every(([name, count]) => (this.theirs.said.get(name)?.length ?? 0) >= count);
    for (let round = 0; round < ROUNDS_MAX && !isEnough(); round += 1) {
      for (const kind of kinds) await this.theirs.take(kind);
    }
  }

  /** Of what is said nowhere, a name. */
  private saidAs(name: string): string {
    return this.theirs.said.has(name) ? name : 'name';
  }

  private textFor(name: string): string {
    const { said, canary } = this.theirs;
    if (name === 'search') return canary;
    const place = this.saidAs(name);
    const used = this.textsUsed.get(place) ?? 0;
    this.textsUsed.set(place, used + 1);
    const text = said.get(place)?.[used];
    if (text === undefined) throw new Error(`Too little was said of ${place}.`);
    return text;
  }

  /** What the attacker says of its own, with one thing that it may have from elsewhere. */
  private async saying(attacker: Attacker, place: Place, value: string): Promise<Sent> {
    // A mutation may be done: each has things of its own.
    const isQuery = place.asked.operation === 'query';
    const own = await (isQuery
      ? this.ownAt(attacker, place)
      : this.walker.sentBy(attacker.own, place.asked, [place]));
    const levels = isQuery ? 2 : 1;
    return { ...own, levels, values: withValue(own.values, place.path, value) };
  }

  private async compare(attacker: Attacker, place: Place, pairs: readonly Pair[]): Promise<void> {
    const sents = pairs.flatMap(({ said, other }) => [said, other]);
    const answers = await this.walker.askMany(attacker.key, sents);
    for (const [index, { said, texts = [] }] of pairs.entries()) {
      const [answer, asNobody] = answers.slice(2 * index, 2 * index + 2);
      if (!answer || !asNobody) throw new Error('Each question has its answer.');
      this.count(place);
      this.tellFor(attacker, nameOf(place), answer, said);
      // What was not executed at all proves nothing.
      if (answer.errors.some(({ path }: Json) => path === undefined)) {
        this.findings.push(`${nameOf(place)} was not asked: ${plain(answer)}`);
      }
      if (!isComparable(attacker, place)) continue;
      const isFree = place.kind === 'ID' || place.kind === 'PLAIN';
      const [one, other] = [answer, asNobody].map((told) => plain(told, texts));
      if (isFree ? one === other : withoutNumbers(one ?? '') === withoutNumbers(other ?? '')) continue;
      this.findings.push(`${attacker.name} can tell at ${nameOf(place)}: ${one} and not ${other}`);
    }
  }

  /** Notes what an answer tells of theirs, but for what the caller had said: that may be said back. */
  private tellFor(attacker: Attacker, where: string, answer: Answer, said: Sent): void {
    const { canary } = this.theirs;
    const own = idsIn([said.values, said.root]);
    const words = new Set(JSON.stringify([said.values, said.root]).match(OWN_WORD));
    const rest = JSON.stringify(answer).replace(OWN_WORD, (word) => (words.has(word) ? '' : word));
    const told = [...idsIn(rest)].filter(
      (id) => this.theirIds.has(id) && !own.has(id) && !isOfAgency(attacker, id),
    );
    const place = rest.indexOf(canary);
    if (place >= 0) told.push(rest.slice(Math.max(0, place - 200), place + 100));
    if (told.length > 0) this.findings.push(`${attacker.name} is told at ${where}: ${told.join(' ')}`);
  }

  private count(place: Place): void {
    const { kind } = place;
    this.compared.add(place);
    this.probes[kind] = (this.probes[kind] ?? 0) + 1;
  }
}
