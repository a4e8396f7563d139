import { countRoundTrips } from '@rolecall/test-services/count-round-trips';

// Loaded into a server before its own program: answers every message with what has gone to the stores since the last one.
const taken = countRoundTrips();
process.on('message', () => process.send?.(taken()));
