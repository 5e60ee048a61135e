import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { findingInWords } from '../outreach/finding-words.js';
import { maySend } from '../outreach/lint.js';
import { fill } from '../schema/fill.js';
import {
  LintMessageInput,
  MessageFinding,
  MessageLint,
  PreviewTemplateInput,
  TemplatePreview,
} from '../schema/message.schema.js';
import type { Linted, MessageService } from '../services/decisions/message.service.js';
import type { RequestContext } from './context.js';

@Resolver(() => MessageLint)
export class MessageResolver {
  constructor(private readonly service: MessageService) {}

  @Query(() => MessageLint, {
    description: 'What is wrong with a text, before it is for anybody. Nothing is kept.',
  })
  async lintMessage(
    @Arg('input', () => LintMessageInput, { description: 'The text, and how it would be sent.' })
    input: LintMessageInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MessageLint> {
    return showLint(await this.service.lint(viewer, input));
  }

  @Query(() => TemplatePreview, {
    description: 'A template as one person would get it, and what is wrong with it. Nothing is kept.',
  })
  async previewTemplate(
    @Arg('input', () => PreviewTemplateInput, { description: 'The template, and the values of the person.' })
    input: PreviewTemplateInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<TemplatePreview> {
    const { names, problems, filled } = await this.service.previewTemplate(viewer, input);
    return fill(TemplatePreview, {
      names,
      problems,
      subject: filled?.subject ?? null,
      body: filled?.body ?? null,
      variables: filled?.variables ?? [],
      lint: filled && showLint(filled.lint),
    });
  }
}

function showLint({ findings, length, lengthMax }: Linted): MessageLint {
  const shown = findings.map((finding) => fill(MessageFinding, { ...finding, ...findingInWords(finding) }));
  return fill(MessageLint, { maySend: maySend(findings), findings: shown, length, lengthMax });
}
