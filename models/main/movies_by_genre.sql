select
  genres.genre,
  {{ movie_statistics() }}
from {{ ref('stg_genres') }} as genres
join {{ ref('stg_movies') }} as movies
  on movies.movie_id = genres.movie_id
where genres.genre is not null
group by genres.genre
