import { Command } from 'commander';

export function start(): Command {
  return new Command('start')
    .description('Starts the server, as `npm start` does: the database, its migrations, the API.')
    .action(async () => {
      await import('../main.js');
    });
}
