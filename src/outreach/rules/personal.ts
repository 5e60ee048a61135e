import type { Finding } from '../finding.js';
import type { Message } from '../message.js';

/** A first touch that could have gone to anybody: nothing was put in for the person, or nothing but the name. */
export function notPersonal({ values, name, isFirstTouch }: Message): Finding[] {
  if (!isFirstTouch || values === null) return [];
  const own = values.map(plain).filter((value) => value !== '');
  const partsOfName = new Set(
    (name ?? '')
      .split(/\s+/)
      .map(plain)
      .concat(plain(name ?? '')),
  );
  const more = own.filter((value) => !partsOfName.has(value));
  if (more.length > 0) return [];
  return [
    {
      code: 'NOT_PERSONALIZED',
      severity: own.length === 0 ? 'CRITICAL' : 'WARNING',
      field: null,
      place: null,
      facts: { values: own.length },
    },
  ];
}

function plain(value: string): string {
  return value.trim().toLowerCase();
}
