import type { Language } from './language.js';

/** English. The phrases are those that the guide and the practitioners of reference name as signs of a cold pitch. */
export const ENGLISH: Language = {
  tag: 'en',
  pitch: [
    ...[
      'book a call',
      'book a demo',
      'book a meeting',
      'schedule a call',
      'schedule a demo',
      'hop on a call',
    ],
    ...['jump on a call', 'quick call', '15 minutes', '15-minute', '30 minutes', '30-minute', 'free trial'],
    ...['free consultation', 'free audit', 'free demo', 'our product', 'our platform', 'our solution'],
    ...['our services', 'our software', 'we help companies', 'we help businesses', 'we specialize in'],
    ...[
      'we specialise in',
      'i help companies',
      'i help businesses',
      'increase your revenue',
      'boost your sales',
    ],
    ...['grow your business', 'generate more leads', 'more qualified leads', 'limited time', 'special offer'],
    ...[
      'exclusive offer',
      'discount',
      'money-back guarantee',
      'no obligation',
      'sign up',
      'buy now',
      'pricing',
    ],
  ],
  attachment: [
    ...['attached', 'attachment', 'see the attached', 'enclosed', 'i have attached', "i've attached"],
    ...['our brochure', 'our deck', 'our one-pager', 'the pdf'],
  ],
  optedOut: [
    ...['you asked me not to', 'you asked us not to', 'you said no', "you said you're not interested"],
    ...["you said you weren't interested", 'you told me to stop', 'you told us to stop', 'you unsubscribed'],
    ...['you opted out', 'i know you are not interested', "i know you're not interested", 'one last try'],
    ...['despite your request'],
  ],
  origin: [
    ...['came across', 'i saw', 'i read', 'i noticed', 'i found', 'found you', 'your profile', 'your post'],
    ...[
      'your article',
      'your comment',
      'your talk',
      'your company',
      'we met',
      'we spoke',
      'we both',
      'we share',
    ],
    ...[
      'mutual',
      'in common',
      'introduced',
      'recommended',
      'referred',
      'suggested i',
      'member of',
      'the group',
    ],
    ...['through linkedin', 'on linkedin', 'congratulations', 'congrats', 'nice to meet', 'good to meet'],
  ],
};
