-- Whom client accounts write to, as each of them has them on its list. Who a person is stays with the recipient, found by
-- keyed fingerprints; what a list says of them is that client account's own.

CREATE TABLE prospect (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  -- Normalised: /in/slug where it is known, else the Sales Navigator lead.
  profile_url text NOT NULL CHECK (length(profile_url) BETWEEN 1 AND 2500),
  -- Where both are known.
  sales_navigator_url text CHECK (length(sales_navigator_url) BETWEEN 1 AND 300),
  first_name text CHECK (length(first_name) BETWEEN 1 AND 200),
  last_name text CHECK (length(last_name) BETWEEN 1 AND 200),
  company text CHECK (length(company) BETWEEN 1 AND 200),
  company_domain text CHECK (length(company_domain) BETWEEN 1 AND 200),
  position text CHECK (length(position) BETWEEN 1 AND 200),
  industry text CHECK (length(industry) BETWEEN 1 AND 200),
  location text CHECK (length(location) BETWEEN 1 AND 200),
  notes text CHECK (length(notes) BETWEEN 1 AND 2000),
  tags text[] NOT NULL CHECK (cardinality(tags) <= 30),
  -- {"v": 1, "fields": {"region": "EMEA"}}
  custom jsonb NOT NULL CHECK (custom ? 'v'),
  -- What a person set by hand, which no list overwrites: names of fields, "custom:NAME", "tag:TAG" for one taken away.
  edited text[] NOT NULL,
  -- The last name, then the first, folded: what the list is in order of. Compared byte by byte, which is leakproof.
  sort_name text COLLATE "C" NOT NULL CHECK (length(sort_name) <= 250),
  added_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, client_account_id, recipient_id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id)
);
SELECT build_wall('prospect');
CREATE INDEX prospect_by_name ON prospect (agency_id, client_account_id, sort_name, id);
CREATE INDEX prospect_of_recipient ON prospect (agency_id, recipient_id);
GRANT SELECT, INSERT, DELETE, UPDATE (recipient_id, profile_url, sales_navigator_url, first_name, last_name, company,
  company_domain, position, industry, location, notes, tags, custom, edited, sort_name) ON prospect TO :"app";

-- The words that a prospect is found by, folded, and its tags as "#tag": ranges of text are leakproof, so an index serves
-- them behind the wall, where LIKE and arrays have none. Made from the prospect and written with it; no foreign key, which
-- would look each of some ten words of a row up once more.
CREATE TABLE prospect_term (
  agency_id uuid NOT NULL,
  prospect_id uuid NOT NULL,
  term text COLLATE "C" NOT NULL CHECK (length(term) BETWEEN 1 AND 100),
  client_account_id uuid NOT NULL,
  PRIMARY KEY (agency_id, prospect_id, term)
);
SELECT build_wall('prospect_term');
CREATE INDEX prospect_term_by_term ON prospect_term (agency_id, client_account_id, term, prospect_id);
GRANT SELECT, INSERT, DELETE ON prospect_term TO :"app";
