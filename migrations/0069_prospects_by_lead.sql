-- Whoever is erased by their address of Sales Navigator is found by what the lists tell of both addresses.
CREATE INDEX prospect_by_lead ON prospect (agency_id, sales_navigator_url) WHERE sales_navigator_url IS NOT NULL;
