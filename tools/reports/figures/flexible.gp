set title 'Normal and flexible ensembles of N members' . "\n" . about . chosen
set xlabel cost_label
set ylabel 'top-1 accuracy, %'
set xrange [0:*]
set offsets graph 0, graph 0.06, graph 0.08, graph 0.06
set key bmargin center vertical maxcols 1 samplen 3 title ' '
rule(name) = strcol('rule') eq name ? cost(0) : NaN
plot sizes using (column('members') > 1 ? cost(0) : NaN):(percent('top1')) with linespoints lc rgb grey lw 2 pt 5 ps 0.9 \
       title 'normal', \
     '' using (column('members') > 1 ? cost(0) : NaN):(percent('top1')):(sprintf('%d', column('members'))) with labels \
       offset 0.8,-1 tc rgb grey notitle, \
     data using (rule('published')):(percent('top1')) with linespoints lc rgb blue lw 2 pt 7 ps 0.9 \
       title 'flexible, least (R + E) / 2 (published rule)', \
     '' using (rule('published')):(percent('top1')):(sprintf('%d', column('members'))) with labels offset -0.8,0.8 \
       tc rgb blue notitle, \
     '' using (rule('gap')):(percent('top1')) with linespoints lc rgb red lw 2 dt 2 pt 9 ps 0.9 \
       title 'flexible, least cost with gap <= {gap:g} points', \
     '' using (rule('gap')):(percent('top1')):(sprintf('%d', column('members'))) with labels offset 0.8,-0.9 \
       tc rgb red notitle
