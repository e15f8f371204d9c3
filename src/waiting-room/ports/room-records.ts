import type { TextTable } from './settings-of-texts.ts';

/**
 * What operators keep of a room beside its settings, as JSON texts by id, such as `notes:sale`. Nothing of it is read for
 * a visitor. A change that names a revision happens only if that one is stored, and `null` names none.
 */
export type RoomRecords = Pick<TextTable, 'text' | 'put' | 'remove'>;
