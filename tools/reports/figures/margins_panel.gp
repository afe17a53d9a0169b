set title '{size}{auroc}'
{key}
{ylabel}
plot data using (column('members') == {members} && column('right') > 0 ? (column('low') + column('high')) / 2 : NaN):(column('right') * share) \
       with boxes lc rgb blue title 'right', \
     '' using (column('members') == {members} && column('wrong') > 0 ? (column('low') + column('high')) / 2 : NaN):(column('wrong') * share) \
       with points lc rgb red pt 7 ps 0.6 title 'wrong'
