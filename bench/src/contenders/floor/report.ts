// The statement of the build cell, as text: what the builders' statements must give the same rows as.

export const REPORT = `WITH rated AS (
    SELECT author_id, count(*) AS books, avg(rating) AS average FROM bench_book WHERE pages > $1 GROUP BY author_id
  )
  SELECT a.id, a.name, b.title, r.average, i.category
  FROM bench_author a
  JOIN rated r ON r.author_id = a.id
  JOIN bench_book b ON b.author_id = a.id
  LEFT JOIN bench_item i ON i.id = b.id
  WHERE a.cohort = $2 AND a.name LIKE $3 AND r.books >= $4 AND b.rating >= $5 AND b.published_at < $6
    AND (i.category = $7 OR i.score < $8)
  ORDER BY r.average DESC, b.id LIMIT $9`
