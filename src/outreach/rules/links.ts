import type { Finding } from '../finding.js';
import { partsOf, type Message } from '../message.js';

/** With or without a scheme; not the domain of an e-mail address. */
const LINK =
  /\bhttps?:\/\/\S+|(?<![@\w.-])(?:www\.\S+|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}(?:com|net|org|io|ai|co|app|dev|me|ly|eu|de|fr|es|it|nl|uk|us|biz|info)(?:\/\S*)?)(?![\w-])/giu;

/** Later on one link is an answer to something; a second has a reason of its own. */
const LINKS_MAX = 2;

/** What looks like bait from somebody who is not known yet. A note of an invitation is always a first touch. */
export function linkAtFirstTouch(message: Message): Finding[] {
  if (!message.isFirstTouch && message.action !== 'CONNECTION_REQUEST') return [];
  return partsOf(message).flatMap(([field, text]): Finding[] => {
    const place = placesOfLinks(text)[0];
    return place === undefined
      ? []
      : [{ code: 'LINK_AT_FIRST_TOUCH', severity: 'WARNING', field, place, facts: {} }];
  });
}

export function tooManyLinks({ body }: Message): Finding[] {
  const places = placesOfLinks(body);
  const place = places[LINKS_MAX];
  if (place === undefined) return [];
  const facts = { links: places.length, recommended: LINKS_MAX };
  return [{ code: 'TOO_MANY_LINKS', severity: 'WARNING', field: 'body', place, facts }];
}

function placesOfLinks(text: string): number[] {
  return [...text.matchAll(LINK)].map(({ index }) => index + 1);
}
