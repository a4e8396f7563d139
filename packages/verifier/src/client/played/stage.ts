import type { Recorder } from '../../recorder.ts';
import { type Answering, type PlayedServer, type Received, startPlayedServer } from './played-server.ts';

/** What a server does at each of its places: a check replaces some, for as long as it lasts. */
export type Behaviour<Place extends string> = Record<Place, Answering>;

/** A played server whose behaviour can be changed. */
export interface Stage<Place extends string> {
  /** Its address, with the port on which it listens. */
  address: string;
  /** From now on these places behave like this, until {@link reset}. */
  play(changes: Partial<Behaviour<Place>>): void;
  /** All behave well again, and what was received belongs to the past. */
  reset(): void;
  /** What was asked since the last reset, at one place or in all. */
  received(place?: Place): Received[];
  /** The same, since the server was started. */
  everReceived(place?: Place): Received[];
  close(): Promise<void>;
}

interface Options<Place extends string> {
  address: string;
  listen?: { host: string; port: number } | undefined;
  recorder: Recorder;
  /** Made when the address is known. */
  create: (address: string) => { behaviour: Behaviour<Place>; placeOf: (url: URL) => Place };
}

export async function openStage<Place extends string>({ address, listen, recorder, create }: Options<Place>): Promise<Stage<Place>> {
  const all: { place: Place; request: Received }[] = [];
  let since = 0;
  let changed: Partial<Behaviour<Place>> = {};
  let created: ReturnType<typeof create> | undefined;
  const server: PlayedServer = await startPlayedServer({
    ...{ address, listen, recorder },
    answer: (request) => {
      if (created === undefined) return { status: 503 };
      const place = created.placeOf(request.url);
      all.push({ place, request });
      return (changed[place] ?? created.behaviour[place])(request);
    },
  });
  created = create(server.address);
  const at = (from: number, place: Place | undefined): Received[] =>
    all
      .slice(from)
      .filter((each) => place === undefined || each.place === place)
      .map(({ request }) => request);
  return {
    address: server.address,
    play: (changes) => void (changed = { ...changed, ...changes }),
    reset: () => {
      changed = {};
      since = all.length;
    },
    received: (place) => at(since, place),
    everReceived: (place) => at(0, place),
    close: server.close,
  };
}
