with cleaned as (

  select
    id as movie_id,
    {{ clean_text('country') }} as country
  from {{ source('letterboxd', 'countries') }}

)

select distinct
  movie_id,
  country
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
