import 'reflect-metadata';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { FINDING_CODES, type FindingCode } from '../outreach/finding.js';
import type { TextField } from '../quota/text.js';
import { TEXT_FIELDS } from '../quota/text.js';
import type { Action, LinkedInTier, Severity } from '../quota/words.js';
import { SeverityEnum } from './alert.enums.js';
import { ActionEnum, enumOf, LinkedInTierEnum } from './enums.js';

const MessageFieldEnum = enumOf('MessageField', TEXT_FIELDS, 'A part of a message.', {
  subject: 'The subject of an InMail.',
  body: 'The text.',
});

const MessageFindingCodeEnum = enumOf(
  'MessageFindingCode',
  FINDING_CODES,
  'What can be wrong with a message.',
  {
    NOT_PERSONALIZED: 'A first message that has nothing of the person, or nothing but the name.',
    PLACEHOLDER_LEFT: 'A placeholder that was not filled in.',
    TEXT_TOO_LONG: 'Longer than LinkedIn takes, or than is recommended.',
    SUBJECT_MISSING: 'An InMail without a subject.',
    LINK_AT_FIRST_TOUCH: 'A link in a first message, or in the note of an invitation.',
    ATTACHMENT_AT_FIRST_TOUCH: 'A first message that speaks of something attached.',
    PITCH_AT_FIRST_TOUCH: 'A first message that sells.',
    ORIGIN_NOT_TOLD: 'A first message that does not say how the writer came upon the person.',
    TOO_MANY_LINKS: 'More links than anybody follows.',
    SHOUTING: 'Words in capitals.',
    TOO_MANY_EXCLAMATION_MARKS: 'More exclamation marks than a text needs.',
    TOO_MANY_EMOJI: 'More emoji than a text needs.',
    FOLLOW_UP_WITHOUT_ANSWER: 'A follow-up to messages that nobody answered; the third is not to be sent.',
    OPTED_OUT_WORDING: 'A text that writes on to somebody who asked to be left alone.',
  },
);

/** What was before a message: the same of a text and of a template. */
@InputType()
abstract class BeforeMessage {
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether the seat never wrote to the person before.',
  })
  isFirstTouch: boolean | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description: 'Messages to the person since their last answer: 0 to 1000.',
  })
  unanswered: number | null;
}

@InputType({ description: 'A text, and how it would be sent. Nothing of it is kept.' })
export class LintMessageInput extends BeforeMessage {
  @Field(() => ActionEnum, { description: 'What would be sent.' })
  action: Action;

  @Field(() => LinkedInTierEnum, {
    nullable: true,
    defaultValue: 'BASIC',
    description: 'Of the seat that would send it: how long a note may be differs by it.',
  })
  tier: LinkedInTier | null;

  @Field(() => String, { nullable: true, description: 'The subject of an InMail.' })
  subject?: string | null;

  @Field(() => String, { description: 'The text as it would be sent: 10000 characters at most.' })
  body: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The values that were put in for the person, 100 at most. Left out: not judged.',
  })
  variables?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "The person's name: a text needs more of the person than that.",
  })
  name?: string | null;
}

@InputType({ description: 'What a name of a template stands for.' })
export class TemplateValueInput {
  @Field(() => String, { description: 'The name, as `{{ name }}` has it.' })
  name: string;

  @Field(() => String, { description: 'What stands there for this person. Blank: not told.' })
  value: string;
}

@InputType({ description: 'A template, and the person that it is filled in for. Nothing of it is kept.' })
export class PreviewTemplateInput extends BeforeMessage {
  @Field(() => ActionEnum, { description: 'What would be sent.' })
  action: Action;

  @Field(() => LinkedInTierEnum, {
    nullable: true,
    defaultValue: 'BASIC',
    description: 'Of the seat that would send it.',
  })
  tier: LinkedInTier | null;

  @Field(() => String, { nullable: true, description: 'The subject of an InMail, as a template.' })
  subject?: string | null;

  @Field(() => String, {
    description:
      'The text, in Liquid: `Hi {{ first_name }}{% if company %}, how is {{ company }}{% endif %}?`',
  })
  body: string;

  @Field(() => [TemplateValueInput], { description: 'Of the person: 100 at most, each name once.' })
  values: TemplateValueInput[];
}

@ObjectType({ description: 'One thing that is wrong with a message.' })
export class MessageFinding {
  @Field(() => MessageFindingCodeEnum, { description: 'What it is, for programs.' })
  code: FindingCode;

  @Field(() => SeverityEnum, {
    description:
      'CRITICAL: it is not to be sent like this. WARNING: it had better not. INFO: it could be better.',
  })
  severity: Severity;

  @Field(() => MessageFieldEnum, {
    nullable: true,
    description: 'Null where it is of the message as a whole.',
  })
  field: TextField | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Where it begins in that part, counted from 1 in UTF-16 code units; null where it is of all of it.',
  })
  place: number | null;

  @Field(() => String, { description: 'The same for people.' })
  message: string;

  @Field(() => String, { description: 'What to do about it.' })
  remedy: string;

  @Field(() => String, { description: 'Where the rule is from.' })
  source: string;
}

@ObjectType({
  description:
    'What is wrong with a message by itself. A reservation judges more: whether it repeats others, and who gets it.',
})
export class MessageLint {
  @Field(() => Boolean, { description: 'Whether nothing CRITICAL was found.' })
  maySend: boolean;

  @Field(() => [MessageFinding], { description: 'The worst first.' })
  findings: readonly MessageFinding[];

  @Field(() => Int, { description: 'Of the text, in UTF-16 code units, as LinkedIn is taken to count.' })
  length: number;

  @Field(() => Int, {
    nullable: true,
    description: 'What LinkedIn takes of this action at this tier; null where nothing is known.',
  })
  lengthMax: number | null;
}

@ObjectType({ description: 'Why a template can’t be filled in.' })
export class TemplateProblem {
  @Field(() => MessageFieldEnum, { description: 'Of which part.' })
  field: TextField;

  @Field(() => String, { description: 'For people.' })
  message: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Counted from 1; null where it is of the part as a whole.',
  })
  line: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Counted from 1; null where it is of the part as a whole.',
  })
  column: number | null;
}

@ObjectType({ description: 'A template, filled in for one person.' })
export class TemplatePreview {
  @Field(() => [String], { description: 'The names that the template takes, in order.' })
  names: readonly string[];

  @Field(() => [TemplateProblem], { description: 'All of them; where there is one, there is no text.' })
  problems: readonly TemplateProblem[];

  @Field(() => String, { nullable: true, description: 'As it would be sent.' })
  subject: string | null;

  @Field(() => String, { nullable: true, description: 'As it would be sent.' })
  body: string | null;

  @Field(() => [String], {
    description: 'The values that went in: what `message.variables` of a reservation is told.',
  })
  variables: readonly string[];

  @Field(() => MessageLint, {
    nullable: true,
    description: 'What is wrong with the text; null where there is none.',
  })
  lint: MessageLint | null;
}
