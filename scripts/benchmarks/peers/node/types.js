// How values come from PostgreSQL: as the schema shows them, so that nothing is converted twice.
import pg from "pg";

const { builtins, setTypeParser } = pg.types;
setTypeParser(builtins.INT8, Number);
setTypeParser(builtins.DATE, String);
setTypeParser(builtins.TIMESTAMPTZ, (text) => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`); // sessions are in UTC
