set multiplot layout {rows},{columns} margins 0.095,0.985,{bottom:.3f},{top:.3f} spacing 0.055,{between:.3f} title 'Margins of right and wrong answers' . "\n" . about
set xlabel 'margin P(top 1) - P(top 2)'
set xtics 0.5
set xrange [0:1]
set yrange [{lowest:g}:100]
set logscale y
set style fill solid 0.45 noborder
set boxwidth 0.05
