-- How client accounts spelled the address, by their ids, where one of them spelled it otherwise than profile_url: a member's key is
-- compared in lower case, and nobody is to learn of it how another one knows the person.
-- {"v": "1", "<id of a client account>": "https://www.linkedin.com/in/ACoAA…"}
ALTER TABLE recipient ADD COLUMN told_as jsonb CHECK (told_as ? 'v');
GRANT UPDATE (told_as) ON recipient TO :"app";
