import { refuse } from '../../errors.js';
import { CUSTOM_FIELDS_MAX, CUSTOM_NAME_LENGTH_MAX } from '../../outreach/prospect.js';
import { type Check, checkAll, checkText } from '../checks.js';
import { checkTags } from '../prospects/prospect.checks.js';
import type { InboundMapping, MappedEvent, MappedField } from './inbound-source.js';

/** What an agency says of the events of a tool. */

const EVENTS_MAX = 50;
/** Names of fields, or numbers of list entries. */
const PATH = /^[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,7}$/;
const TYPE = /^[A-Za-z][\w.:-]{0,99}$/;
const PATHS = ['listPath', 'typePath', 'personPath', 'idPath', 'occurredAtPath', 'seatPath'] as const;

/** Whether its events are of people, too, and not of what seats did and were answered alone. */
export function isOfPeople({ events }: InboundMapping): boolean {
  return events.some(({ person }) => person);
}

export function checkMapping(mapping: InboundMapping): Check {
  const wrong = PATHS.find((name) => typeof mapping[name] === 'string' && !PATH.test(mapping[name]));
  return checkAll(
    wrong === undefined ? null : refusePath(wrong),
    checkEvents(mapping),
    checkFields(mapping.prospectFields ?? []),
    checkTags(mapping.tags, 'mapping', 'tags'),
  );
}

function checkEvents({ events, typePath }: InboundMapping): Check {
  const types = new Set(events.map(({ type }) => type.toUpperCase()));
  const isFine = events.length >= 1 && events.length <= EVENTS_MAX && types.size === events.length;
  return checkAll(
    isFine && events.every(({ type }) => TYPE.test(type))
      ? null
      : refuse('INVALID', `events are 1 to ${EVENTS_MAX}, each of another type.`, 'mapping', 'events'),
    events.some((event) => meaningsOf(event) > 1)
      ? refuse(
          'INVALID',
          'An event is an action, an engagement or of a person, one of them.',
          'mapping',
          'events',
        )
      : null,
    typePath || events.length === 1
      ? null
      : refuse('INVALID', 'Without typePath all events are of one type.', 'mapping', 'typePath'),
  );
}

function meaningsOf({ action, engagement, person }: MappedEvent): number {
  return [action, engagement, person].filter(Boolean).length;
}

function checkFields(fields: readonly MappedField[]): Check {
  const names = fields.map(({ field, customField }) => (field ? `.${field}` : (customField ?? '').trim()));
  const custom = fields.filter(({ customField }) => typeof customField === 'string');
  const wrong = (message: string) => refuse('INVALID', message, 'mapping', 'prospectFields');
  return checkAll(
    fields.every(({ path }) => PATH.test(path)) ? null : refusePath('path', 'prospectFields'),
    fields.every(({ field, customField }) => Boolean(field) !== (typeof customField === 'string'))
      ? null
      : wrong('Each of prospectFields is a field or a customField.'),
    new Set(names).size === fields.length ? null : wrong('A field is there twice.'),
    custom.length <= CUSTOM_FIELDS_MAX ? null : wrong(`Custom fields are ${CUSTOM_FIELDS_MAX} at most.`),
    ...custom.map(({ customField }) =>
      checkText(customField ?? '', CUSTOM_NAME_LENGTH_MAX, 'mapping', 'prospectFields'),
    ),
  );
}

function refusePath(name: string, within?: string): Check {
  const message = `${name} is names of fields with dots, such as lead.profile_url.`;
  return refuse('INVALID', message, ...['mapping', within, name].filter((one) => one !== undefined));
}
