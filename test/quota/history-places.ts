import { SEATS } from './history.js';

/** The scopes that something of a seat counts at; the last is the campaign. */
type Places = (typeof SEATS)[number];

const [[, CLIENT_1, , CAMPAIGN_1] = [], , [, CLIENT_2, , CAMPAIGN_2] = []] = SEATS;
/** Whose the seats of a history are, from when on: they move between its client accounts. */
export class SeatPlaces {
  private readonly courses = SEATS.map((places) => [{ from: 0, places }]);

  of(seat: number): Places {
    return this.courses[seat]!.at(-1)!.places;
  }

  /** Where something of an instant counts: the first client account had the seat at all times before. */
  at(seat: number, instant: number): Places {
    return (this.courses[seat]!.findLast(({ from }) => from <= instant) ?? this.courses[seat]![0]!).places;
  }

  hasMoved(seat: number): boolean {
    return this.courses[seat]!.length > 1;
  }

  /** To the other client account. Two moves of one millisecond are told apart by the next one. */
  move(seat: number, now: number): void {
    const course = this.courses[seat]!;
    const { from, places } = course.at(-1)!;
    const [scope, before, agency] = places;
    const [clientAccount, campaign] =
      before === CLIENT_1 ? [CLIENT_2!, CAMPAIGN_2!] : [CLIENT_1!, CAMPAIGN_1!];
    course.push({ from: Math.max(now, from + 1), places: [scope, clientAccount, agency, campaign] });
  }
}
