import { runService } from '@rolecall/service-kit/run-service';
import { start } from './start.ts';

await runService('sample-client', () => start(process.env));
