// The questions that mercurius and yoga ask: one prepared statement for each, for all parents of a level.
import pg from "pg";
import "./types.js";
import { closings } from "./series.js";

const organization = process.env.ORGANIZATION;
export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.CONNECTIONS),
  options: "-c TimeZone=UTC",
});

const ACCOUNT = `a.id AS "databaseId", upper(a.platform) AS platform, a.username, a.name, a.description, a.category,
  a.link_in_bio AS "linkInBio", a.is_active AS "isActive", a.is_verified AS "isVerified",
  a.is_unavailable AS "isUnavailable", a.added_at AS "addedAt", a.follower_count AS "followerCount",
  a.following_count AS "followingCount", a.profile_post_count AS "profilePostCount",
  a.total_post_count AS "totalPostCount", a.view_count AS "viewCount", a.like_count AS "likeCount",
  a.comment_count AS "commentCount", a.share_count AS "shareCount", a.play_count AS "playCount",
  a.creator_id AS "creatorId"`;
const CREATOR = `c.id AS "databaseId", c.name, c.is_active AS "isActive"`;
const VIDEO = `p.account_video_id AS "databaseId", p.id AS "postId", p.create_time AS "createTime",
  p.view_count AS "viewCount", p.like_count AS "likeCount"`;

async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

export async function account(id) {
  const text = `SELECT ${ACCOUNT} FROM accounts a WHERE a.id = $1 AND a.organization_id = $2`;
  return (await rows("account", text, [id, organization]))[0] ?? null;
}

export async function accounts(first, field = "ADDED_AT") {
  const key = field.toLowerCase(); // one of the schema's enum
  const text = `SELECT ${ACCOUNT} FROM accounts a WHERE a.organization_id = $1
    ORDER BY a.${key} DESC, a.id DESC LIMIT $2`;
  return { nodes: await rows(`accounts by ${key}`, text, [organization, first]) };
}

export async function creators(first) {
  const text = `SELECT ${CREATOR} FROM creators c WHERE c.organization_id = $1 ORDER BY c.name_folded, c.id LIMIT $2`;
  return { nodes: await rows("creators", text, [organization, first]) };
}

export async function creatorsOf(ids) {
  const text = `SELECT ${CREATOR} FROM creators c WHERE c.id = ANY($1::uuid[]) AND c.organization_id = $2`;
  const found = await rows("creators of accounts", text, [[...new Set(ids)], organization]);
  const byId = new Map(found.map((creator) => [creator.databaseId, creator]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function accountsOf(ids, firsts) {
  const text = `SELECT parent.place, ${ACCOUNT} FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS parent(id, first, place)
    CROSS JOIN LATERAL (SELECT * FROM accounts WHERE creator_id = parent.id AND organization_id = $3
      ORDER BY added_at DESC, id DESC LIMIT parent.first) a
    ORDER BY parent.place, a.added_at DESC, a.id DESC`;
  return pages(ids, await rows("accounts of creators", text, [ids, firsts, organization]));
}

export async function videosOf(ids, firsts) {
  const text = `SELECT parent.place, ${VIDEO} FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS parent(id, first, place)
    CROSS JOIN LATERAL (SELECT * FROM posts WHERE account_id = parent.id AND account_video_id IS NOT NULL
      AND organization_id = $3 ORDER BY create_time DESC, account_video_id DESC LIMIT parent.first) p
    ORDER BY parent.place, p.create_time DESC, p.account_video_id DESC`;
  return pages(ids, await rows("videos of accounts", text, [ids, firsts, organization]));
}

export async function seriesOf(posts, periods) {
  return closings(posts, periods, (text, values) => rows("closings", text, values));
}

function pages(parents, found) {
  const all = parents.map(() => ({ nodes: [] }));
  for (const row of found) all[row.place - 1].nodes.push(row);
  return all;
}
