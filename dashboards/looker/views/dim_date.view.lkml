# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: dim_date {
  sql_table_name: @{marts}.dim_date ;;

  dimension: calendar_year {
    type: number
    description: "Year, 2025."
    sql: ${TABLE}.calendar_year ;;
  }

  dimension: quarter_of_year {
    type: number
    description: "Quarter, 1 to 4."
    sql: ${TABLE}.quarter_of_year ;;
  }

  dimension: month_of_year {
    type: number
    description: "Month, 1 to 12."
    sql: ${TABLE}.month_of_year ;;
  }

  dimension: month_name {
    type: string
    description: "Month in English."
    sql: ${TABLE}.month_name ;;
  }

  dimension: day_of_month {
    type: number
    description: "Day of the month, 1 to 31."
    sql: ${TABLE}.day_of_month ;;
  }

  dimension: day_of_week {
    type: number
    description: "Day of the week, 1 for Monday to 7 for Sunday."
    sql: ${TABLE}.day_of_week ;;
  }

  dimension: weekday_name {
    type: string
    description: "Day of the week in English."
    sql: ${TABLE}.weekday_name ;;
  }

  dimension: is_weekend {
    type: yesno
    description: "Whether it is a Saturday or a Sunday."
    sql: ${TABLE}.is_weekend ;;
  }

  dimension: iso_year {
    type: number
    description: "Year that the day's week belongs to, ISO 8601; differs from calendar_year around New Year."
    sql: ${TABLE}.iso_year ;;
  }

  dimension: iso_week {
    type: number
    description: "Week, 1 to 53, ISO 8601."
    sql: ${TABLE}.iso_week ;;
  }

  dimension: week_index {
    type: number
    description: "A running number of weeks: the difference of two is how many weeks lie between them."
    sql: ${TABLE}.week_index ;;
  }

  dimension: month_index {
    type: number
    description: "A running number of months: the difference of two is how many months lie between them."
    sql: ${TABLE}.month_index ;;
  }

  dimension_group: calendar_date {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "The day."
    sql: ${TABLE}.calendar_date ;;
  }

  dimension_group: week_start {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "Monday of the day's week."
    sql: ${TABLE}.week_start_date ;;
  }

  dimension_group: month_start {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "First day of the month."
    sql: ${TABLE}.month_start_date ;;
  }

  dimension_group: quarter_start {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "First day of the quarter."
    sql: ${TABLE}.quarter_start_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
