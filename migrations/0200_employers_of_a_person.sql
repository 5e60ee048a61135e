-- Employers of people who turned out to be one are kept with the one that stays, so many as are kept of a person.
GRANT DELETE ON recipient_employer TO :"app";
