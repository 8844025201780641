# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: dim_users {
  sql_table_name: @{marts}.dim_users ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.user_id is null then '-' else concat('=', cast(${TABLE}.user_id as string)) end, ',', case when ${TABLE}.version_number is null then '-' else concat('=', cast(${TABLE}.version_number as string)) end) ;;
  }

  dimension: user_id {
    type: string
    description: "The user's id."
    sql: ${TABLE}.user_id ;;
  }

  dimension: version_number {
    type: number
    description: "1 for the first stretch, 2 for the next."
    sql: ${TABLE}.version_number ;;
  }

  dimension: is_current {
    type: yesno
    description: "Whether it is the user's current row; each user has exactly one."
    sql: ${TABLE}.is_current ;;
  }

  dimension: is_inferred {
    type: yesno
    description: "True where the user is known from events only; all attributes are then unknown."
    sql: ${TABLE}.is_inferred ;;
  }

  dimension: country {
    type: string
    description: "Country, ISO 3166-1 alpha-2."
    sql: ${TABLE}.country ;;
  }

  dimension: city {
    type: string
    description: "City."
    sql: ${TABLE}.city ;;
  }

  dimension: postal_code {
    type: string
    description: "Postal code."
    sql: ${TABLE}.postal_code ;;
  }

  dimension: is_marketing_opt_in {
    type: yesno
    description: "Whether the user agreed to marketing mail; false where the source did not say."
    sql: ${TABLE}.is_marketing_opt_in ;;
  }

  dimension_group: valid_from {
    type: time
    timeframes: [
      raw,
      time,
      hour,
      date,
      week,
      month,
      quarter,
      year,
    ]
    description: "Since when the row is true, in UTC; for an inferred row the user's first event."
    sql: ${TABLE}.valid_from ;;
  }

  dimension_group: valid_to {
    type: time
    timeframes: [
      raw,
      time,
      hour,
      date,
      week,
      month,
      quarter,
      year,
    ]
    description: "Until when it is true, that instant not included, in UTC; null for the current row."
    sql: ${TABLE}.valid_to ;;
  }

  dimension_group: created {
    type: time
    timeframes: [
      raw,
      time,
      hour,
      date,
      week,
      month,
      quarter,
      year,
    ]
    description: "When the user signed up, in UTC."
    sql: ${TABLE}.created_at ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
