// A post's series: a point for each day of a window, made of the closings in it and the last one before.
const DAY = 86_400_000;
const NOTHING = { gained_views: 0, gained_likes: 0, gained_comments: 0, views: null };

const CLOSINGS = `SELECT post_id, day, gained_views, gained_likes, gained_comments, views
  FROM unnest($1::bigint[], $2::date[], $3::date[]) AS post(id, first, last) JOIN post_closings ON post_id = post.id
    AND day <= post.last AND day >= coalesce(
      (SELECT max(day) FROM post_closings WHERE post_id = post.id AND day < post.first), post.first)
  ORDER BY post_id, day`;

/** The series of posts, each over its period: `rows(sql, values)` asks the database. */
export async function closings(posts, periods, rows) {
  const windows = periods.map(days);
  const values = [posts, windows.map((dates) => dates[0]), windows.map((dates) => dates.at(-1))];
  const byPost = new Map(posts.map((post) => [post, []]));
  for (const closing of await rows(CLOSINGS, values)) byPost.get(closing.post_id).push(closing);
  return posts.map((post, place) => ({ points: points(windows[place], byPost.get(post)) }));
}

function days(period) {
  const count = Number(period.split("_")[1]); // LAST_30_DAYS
  const today = Math.floor(Date.now() / DAY);
  return Array.from({ length: count }, (_, place) =>
    new Date((today - count + 1 + place) * DAY).toISOString().slice(0, 10),
  );
}

function points(dates, found) {
  let next = 0;
  let before = found.length && found[0].day < dates[0] ? found[next++] : NOTHING;
  return dates.map((date) => {
    const close = next < found.length && found[next].day === date ? found[next++] : before;
    const point = {
      date,
      views: close.gained_views - before.gained_views,
      likes: close.gained_likes - before.gained_likes,
      comments: close.gained_comments - before.gained_comments,
      totalViews: close.views,
    };
    before = close;
    return point;
  });
}
