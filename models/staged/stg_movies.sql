-- Few ids occur more than once, if any: only the rows of those are sorted.
with repeated_ids as (

  select id
  from {{ source('letterboxd', 'movies') }}
  where id is not null and date is not null
  group by id
  having count(*) > 1

),

-- The order covers every column, so rows that tie are equal and it does not matter which of them is taken.
ranked as (

  select
    id, name, date, tagline, description, minute, rating,
    row_number() over (
      partition by id
      order by
        rating desc nulls last,
        minute desc nulls last,
        date,
        name nulls last,
        tagline nulls last,
        description nulls last
    ) as preference
  from {{ source('letterboxd', 'movies') }}
  where date is not null
    and id in (select id from repeated_ids)

),

chosen as (

  select id, name, date, tagline, description, minute, rating
  from {{ source('letterboxd', 'movies') }}
  where id is not null
    and date is not null
    and id not in (select id from repeated_ids)

  union all

  select id, name, date, tagline, description, minute, rating
  from ranked
  where preference = 1

)

select
  id as movie_id,
  {{ clean_text('name') }} as title,
  date as release_year,
  {{ clean_text('tagline') }} as tagline,
  {{ clean_text('description') }} as description,
  minute as minutes,
  rating
from chosen
