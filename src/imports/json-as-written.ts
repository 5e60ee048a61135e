/** JSON of others, whose ids may be numbers: JSON.parse makes the same number of many that are beyond 2^53. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What it says; undefined for what is no JSON. A number that could be taken for another one is a text, as it is written. */
export function parseAsWritten(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    const quoted = withLargeNumbersQuoted(text);
    return quoted === text ? json : (JSON.parse(quoted) as Json);
  } catch {
    return undefined;
  }
}

const [QUOTE, BACKSLASH, PLUS, MINUS, POINT] = [0x22, 0x5c, 0x2b, 0x2d, 0x2e];
const [ZERO, NINE, CAPITAL_E, SMALL_E] = [0x30, 0x39, 0x45, 0x65];

/** Of what is JSON: there only numbers have digits outside of texts, and none of them is a name. */
function withLargeNumbersQuoted(json: string): string {
  let [quoted, taken, place] = ['', 0, 0];
  while (place < json.length) {
    const code = json.charCodeAt(place);
    if (code === QUOTE) place = endOfText(json, place);
    else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(json, place);
      const number = json.slice(place, end);
      if (Math.abs(Number(number)) > Number.MAX_SAFE_INTEGER) {
        quoted += `${json.slice(taken, place)}"${number}"`;
        taken = end;
      }
      place = end;
    } else place += 1;
  }
  return quoted + json.slice(taken);
}

function endOfText(json: string, begin: number): number {
  let place = begin + 1;
  while (place < json.length && json.charCodeAt(place) !== QUOTE) {
    place += json.charCodeAt(place) === BACKSLASH ? 2 : 1;
  }
  return place + 1;
}

function endOfNumber(json: string, begin: number): number {
  let place = begin + 1;
  while (isOfNumber(json.charCodeAt(place))) place += 1;
  return place;
}

function isOfNumber(code: number): boolean {
  return isDigit(code) || [PLUS, MINUS, POINT, CAPITAL_E, SMALL_E].includes(code);
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
