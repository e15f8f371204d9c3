import { describeStore } from './contract/store.ts';
import { openedRedis } from './opened-redis.ts';

describeStore('the Redis store', openedRedis);
