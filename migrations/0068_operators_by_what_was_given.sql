-- Who works with a seat follows from what was given to members and from the reach of keys. The table said it a second time, of
-- keys alone, and nothing was allowed or refused by it: every key that stands in it may from here on what it might before, and is
-- told among the operators of each seat that it reaches. Who was named when stays in the audit log.
DROP TABLE seat_operator;
