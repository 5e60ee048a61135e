/** What the columns of lead lists are called, by whoever wrote them: as data. */

/** What a column of a lead list may tell of a person. */
export const LEAD_FIELDS = [
  'profileUrl',
  'salesNavigatorKey',
  'firstName',
  'lastName',
  'fullName',
  'company',
  'companyDomain',
  'position',
  'industry',
  'location',
  'tags',
  'notes',
] as const;
export type LeadField = (typeof LEAD_FIELDS)[number];

/**
 * Headings by what they tell, the best one first; case, blanks, `_` and `-` don't matter. Several columns may hold
 * addresses of the person: all of them are looked at, in this order.
 */
export const LEAD_HEADINGS: Readonly<Record<LeadField, readonly string[]>> = {
  profileUrl: [
    // Connections.csv, of every era and in German; the generic ones.
    ...['linkedin profile url', 'linkedin url', 'profile url', 'prospect linkedin url', 'linkedin'],
    ...['linkedin profile', 'person linkedin url', 'lead linkedin url', 'contact linkedin url', 'url'],
    ...['linkedin link', 'linkedin profile link', 'profile link', 'public profile url', 'profil url'],
    // PhantomBuster says the public one here, Pronto and others the one of Sales Navigator.
    ...['default profile url', 'sales navigator profile url', 'sales navigator url'],
    ...['prospect sales navigator url', 'lead url', 'linkedin id url', 'prospect linkedin id url'],
  ],
  salesNavigatorKey: ['vmid', 'sales navigator id', 'lead id'],
  firstName: ['first name', 'firstname', 'given name', 'prospect first name', 'vorname'],
  lastName: ['last name', 'lastname', 'surname', 'family name', 'prospect last name', 'nachname'],
  fullName: ['full name', 'name', 'prospect full name', 'prospect name', 'contact name', 'lead name'],
  company: [
    ...['company cleaned name', 'company name', 'company', 'current company', 'organization'],
    ...['organisation', 'account name', 'employer', 'unternehmen', 'organization name'],
  ],
  companyDomain: ['company domain', 'domain', 'company website', 'website', 'regular company url'],
  position: [
    ...['position', 'title', 'job title', 'prospect position', 'current position', 'current title', 'role'],
    ...['headline', 'occupation'],
  ],
  industry: ['industry', 'company industry', 'branche'],
  location: ['location', 'prospect location', 'city', 'geo location', 'standort', 'country'],
  tags: ['tags', 'tag', 'labels'],
  notes: ['notes', 'note'],
};

/**
 * Known headings of what is not kept: ways to reach a person that nothing here uses, what an exporter says of itself, and
 * what is out of date by the time that it is read.
 */
export const LEFT_OUT_HEADINGS: readonly string[] = [
  ...['email', 'e-mail', 'email address', 'work email', 'personal email', 'e-mail-adresse', 'phone'],
  ...['phone number', 'mobile', 'mobile phone', 'connected on', 'verbunden am', 'company id', 'company url'],
  ...['company linkedin', 'company linkedin url', 'summary', 'title description', 'company location'],
  ...['duration in role', 'duration in company', 'past experience company name', 'is premium'],
  ...['past experience company url', 'past experience company title', 'past experience date'],
  ...['past experience duration', 'connection degree', 'profile image url', 'shared connections count'],
  ...['is open link', 'query', 'timestamp', 'employee range', 'company employee range'],
  ...['is premium linkedin', 'is open profile linkedin', 'prospect connections', 'prospect is premium'],
  ...['prospect is open profile', 'error', 'context'],
];
