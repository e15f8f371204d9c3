/** The layout of the database file. A change of it raises {@link SCHEMA_VERSION} and comes with a step from the one before. */

/** Kept in SQLite's `user_version`. */
export const SCHEMA_VERSION = 4;

/** SQLite's `application_id`, “Ante”: a file of another program is refused. */
export const APPLICATION_ID = 0x416e7465;

const LISTS = `
  CREATE TABLE lists (seq INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE INDEX lists_by_list ON lists (list);
`;

const LOGOUTS = `
  CREATE TABLE logouts (
    client_id TEXT NOT NULL, room TEXT NOT NULL, visitor TEXT NOT NULL,
    sid TEXT, due INTEGER NOT NULL, since INTEGER,
    PRIMARY KEY (client_id, room, visitor)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX logouts_by_due ON logouts (client_id, due);
`;

const ISSUED_TOKENS = `
  CREATE TABLE issued_tokens (
    line TEXT NOT NULL, sub TEXT NOT NULL, number INTEGER NOT NULL, issued_at INTEGER NOT NULL,
    valid_until INTEGER NOT NULL, issuer TEXT NOT NULL, status INTEGER NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (line, sub)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX issued_tokens_by_validity ON issued_tokens (line, valid_until);
  CREATE INDEX issued_tokens_by_expiry ON issued_tokens (expires);
  CREATE TABLE arrivals (
    line TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (line, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX arrivals_by_expiry ON arrivals (expires);
`;

/** From each earlier version to the next. */
export const UPGRADES: Readonly<Record<number, string>> = {
  1: `${LISTS} PRAGMA user_version = 2;`,
  2: `${LOGOUTS} PRAGMA user_version = 3;`,
  3: `${ISSUED_TOKENS} PRAGMA user_version = 4;`,
};

/**
 * - `lines`: a line as it was when it was last saved whole; null where its room was deleted, and only the generation
 *   is kept so that the next line of that name honours no old ticket.
 * - `journal`: what happened to each line since then, in order; each row the commands of one commit.
 * - `lists`: the two outboxes, and the audit of earlier versions, told apart by `list`, in the order of `seq`; no `seq` is ever given twice, so that
 *   an acknowledgement that comes late takes nothing else away.
 * - `logouts`: `since` is when it was first taken, null until then.
 * - `issued_tokens`, `arrivals`: `line` is `room incarnation generation`; `valid_until`, `issued_at` and `at` are in seconds.
 * - `leases` … `oidc`, `issued_tokens`, `arrivals`: `expires` is in milliseconds since the epoch, null for never.
 */
export const SCHEMA = `
  CREATE TABLE lines (room TEXT PRIMARY KEY, generation INTEGER NOT NULL, line BLOB) STRICT;
  CREATE TABLE journal (seq INTEGER PRIMARY KEY, room TEXT NOT NULL, commands BLOB NOT NULL) STRICT;
  CREATE INDEX journal_by_room ON journal (room);

  CREATE TABLE rooms (id TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT;
  CREATE TABLE relying_parties (client_id TEXT PRIMARY KEY, party TEXT NOT NULL) STRICT;

  CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
  CREATE TABLE remembered (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
  CREATE INDEX remembered_by_expiry ON remembered (expires);

  CREATE TABLE oidc (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, consumed INTEGER,
    uid TEXT, grant_id TEXT, expires INTEGER,
    PRIMARY KEY (model, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX oidc_by_uid ON oidc (uid) WHERE uid IS NOT NULL;
  CREATE INDEX oidc_by_grant ON oidc (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX oidc_by_expiry ON oidc (expires) WHERE expires IS NOT NULL;

  ${LISTS}
  ${LOGOUTS}
  ${ISSUED_TOKENS}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
