import numpy as np
N='W H TOP FOOT ASP BANDS BAND FILL CORN RUNS LEAN BEND STRAY'.split()
P=np.array([[float(x) for x in l.split()[5:]] for l in open('/tmp/mk/pos.txt')]);Q=np.array([[float(x) for x in l.split()[5:]] for l in open('/tmp/mk/neg.txt')])
for i,n in enumerate(N): print(n,np.round(np.percentile(P[:,i],[2,10,50,90,98]),3),np.round(np.percentile(Q[:,i],[2,10,50,90,98]),3))
