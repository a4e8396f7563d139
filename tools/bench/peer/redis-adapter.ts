import type { Redis } from 'ioredis';
import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Models that are marked as used, for which a hash is kept instead of a string. */
const CONSUMABLE = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest']);

/**
 * An adapter on Redis that sends the same commands as the example in oidc-provider's own repository: one key for each thing,
 * a list of keys for each grant, an expiry on all of them.
 */
export function redisAdapter(redis: Redis): (model: string) => Adapter {
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    const grantKey = (id: string) => `grant:${id}`;
    const uidKey = (uid: string) => `uid:${uid}`;
    const userCodeKey = (code: string) => `userCode:${code}`;
    const consumable = CONSUMABLE.has(model);

    const find = async (id: string | null): Promise<AdapterPayload | undefined> => {
      if (id === null) return undefined;
      if (!consumable) {
        const json = await redis.get(keyOf(id));
        return json === null ? undefined : (JSON.parse(json) as AdapterPayload);
      }
      const { payload, ...rest } = await redis.hgetall(keyOf(id));
      return payload === undefined ? undefined : { ...rest, ...(JSON.parse(payload) as AdapterPayload) };
    };

    return {
      find,
      findByUid: async (uid) => find(await redis.get(uidKey(uid))),
      findByUserCode: async (code) => find(await redis.get(userCodeKey(code))),
      upsert: async (id, payload, expiresIn) => {
        const key = keyOf(id);
        const json = JSON.stringify(payload);
        const transaction = redis.multi();
        if (consumable) transaction.hset(key, { payload: json });
        else transaction.set(key, json);
        if (expiresIn) transaction.expire(key, expiresIn);
        if (payload.grantId) {
          transaction.rpush(grantKey(payload.grantId), key);
          const remaining = await redis.ttl(grantKey(payload.grantId));
          if (expiresIn > remaining) transaction.expire(grantKey(payload.grantId), expiresIn);
        }
        if (payload.userCode) transaction.set(userCodeKey(payload.userCode), id, 'EX', expiresIn);
        if (payload.uid) transaction.set(uidKey(payload.uid), id, 'EX', expiresIn);
        await transaction.exec();
      },
      destroy: async (id) => void (await redis.del(keyOf(id))),
      consume: async (id) => void (await redis.hset(keyOf(id), 'consumed', Math.floor(Date.now() / 1000))),
      revokeByGrantId: async (grantId) => {
        const keys = await redis.lrange(grantKey(grantId), 0, -1);
        await redis.del(...keys, grantKey(grantId));
      },
    };
  };
}
