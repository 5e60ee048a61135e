-- A server whose secret was replaced seals what it has to read again under the new one.
GRANT UPDATE (sealed_secret) ON webhook_secret TO :"app";
