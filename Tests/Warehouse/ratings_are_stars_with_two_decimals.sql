-- The marts add up ratings in hundredths of a star: a third decimal would be lost.
select movie_id, rating
from {{ ref('stg_movies') }}
where rating < 0
  or rating > 5
  or abs(rating * 100 - round(rating * 100)) > 0.000001
