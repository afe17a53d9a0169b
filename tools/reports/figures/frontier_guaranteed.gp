     guaranteed using (cost(0)):(percent('top1')) with points lc rgb red pt 9 ps 1.6 \
       title 'harm at most the percentage shown, guaranteed at {confidence:g}%', \
     '' using (int(column(0)) % 2 ? NaN : cost(0)):(percent('top1')):(sprintf('%g', percent('harm_limit'))) with labels offset 0,-1 \
       tc rgb red notitle, \
     '' using (int(column(0)) % 2 ? cost(0) : NaN):(percent('top1')):(sprintf('%g', percent('harm_limit'))) with labels offset 0,1 \
       tc rgb red notitle
