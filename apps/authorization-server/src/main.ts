import { runService } from '@rolecall/service-kit/run-service';
import { start } from './start.ts';

await runService('authorization-server', () => start(process.env));
